UPDATE users SET email = lowre(email) WHERE true;
