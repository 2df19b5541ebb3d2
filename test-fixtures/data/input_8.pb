
*€p€€B
typed-half