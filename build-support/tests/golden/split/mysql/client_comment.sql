/*M!999999\- enable the sandbox mode */
/*!999999 never run */ SELECT 1;
/*M!100100 SELECT 2 */;
