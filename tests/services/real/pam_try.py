"""Calls PAM as a server does: usage: pam_try.py SERVICE USER ADDRESS PASSWORD...

All passwords are tried in one transaction, as a server that lets a client try again. Prints PAM's return values.
"""

import ctypes
import sys

libpam, libc = ctypes.CDLL("libpam.so.0"), ctypes.CDLL(None)
libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p


class Response(ctypes.Structure):
    _fields_ = [("resp", ctypes.c_void_p), ("retcode", ctypes.c_int)]


TALK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)


class Conversation(ctypes.Structure):
    _fields_ = [("conv", TALK), ("data", ctypes.c_void_p)]


def main():
    service, user, address, *passwords = [argument.encode() for argument in sys.argv[1:]]
    current = [b""]

    @TALK
    def talk(count, _messages, answers, _data):
        block = libc.calloc(count, ctypes.sizeof(Response))
        replies = ctypes.cast(block, ctypes.POINTER(Response))
        for n in range(count):
            replies[n].resp = libc.strdup(current[0])
        answers[0] = block
        return 0

    handle = ctypes.c_void_p()
    conversation = Conversation(talk, None)
    libpam.pam_start(service, user, ctypes.byref(conversation), ctypes.byref(handle))
    libpam.pam_set_item(handle, 4, address)  # PAM_RHOST
    libpam.pam_set_item(handle, 3, b"ftp")  # PAM_TTY
    for current[0] in passwords:
        result = libpam.pam_authenticate(handle, 0)
        print(service.decode(), user, address.decode(), result)
    libpam.pam_end(handle, result)


main()
