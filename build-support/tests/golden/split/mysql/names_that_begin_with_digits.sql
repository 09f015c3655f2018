SELECT 2fa_codes.1st, 1e5, 0x1F, 1.5 FROM db.2fa_codes;
