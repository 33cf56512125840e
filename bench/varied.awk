# A million hosts, no two with the same counts, so that no verdict is remembered.
BEGIN {
    for (n = 0; n < 1000000; n++)
        printf "{\"schema\":\"soar.host/1\",\"ip\":\"10.%d.%d.%d\",\"score\":0,\"suspicious\":false,\"rules\":[]," \
            "\"signals\":{\"ssh_failed\":%d,\"http_404\":%d,\"http_bot\":%d,\"ssh_accepted\":0}}\n",
            n / 65536, n / 256 % 256, n % 256, n, n * 7 + 1, n * 3 + 1
}
