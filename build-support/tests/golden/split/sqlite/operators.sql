SELECT a||b, c->>'$.d;', e<>f, -1, 1e-5, .5, 0x1F, x'00;', t.*;
