SELECT ?, ?1, :a, @b, $c, :_d FROM e WHERE f = :g;
