Btyped-uint64Z
ÿÿÿÿÿÿÿÿÿ