*ýÿÿÿÿÿÿÿÿB
typed-int8