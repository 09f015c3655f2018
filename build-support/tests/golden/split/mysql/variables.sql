SET @a = 1, @@global.b = 2, @`c;` = 3, @'d;' = 4; SELECT @a:=@a+1, ?; CREATE USER root@localhost;
