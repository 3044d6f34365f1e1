Command exited with non-zero status 1
/var/tmp/lead 1.73 0.05 6.65
