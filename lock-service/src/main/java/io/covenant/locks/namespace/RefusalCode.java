package io.covenant.locks.namespace;

import java.util.Locale;

/// The rule that a refused command would have broken. A refused command has changed nothing.
public enum RefusalCode {
    NAME_INVALID,
    NAME_TOO_LONG,
    TEXT_TOO_LONG,
    TTL_OUT_OF_RANGE,
    TOO_MANY_SESSIONS,
    SEQUENCE_INVALID,
    REQUEST_REUSED,
    REQUEST_FORGOTTEN,
    TOO_MANY_REQUESTS,
    TOO_MANY_REQUESTS_IN_ALL,
    RENEWED,
    NOT_DUE,
    NOT_WAITING,
    NOTHING_WANTED,
    TOO_MANY_WANTED,
    DUPLICATE_NAME,
    KIND_DIFFERS,
    CAPACITY_DIFFERS,
    PERMITS_OUT_OF_RANGE,
    UPGRADE,
    WAIT_OUT_OF_RANGE,
    LOCK_DELAY_OUT_OF_RANGE,
    VALUE_TOO_LONG,
    VALUE_WITHOUT_ELECTION,
    TOO_MANY_HOLDS,
    TOO_MANY_REENTRIES,
    TOO_MANY_NAMES,
    TOO_MANY_WAITERS,
    TOO_MANY_WAITERS_IN_ALL,
    NOT_HELD,
    FORBIDDEN,
    NO_SUCH_FILE,
    NO_SUCH_DIRECTORY,
    NOT_A_DIRECTORY,
    IS_A_DIRECTORY,
    DIRECTORY_NOT_EMPTY,
    DIRECTORY_FULL,
    FILE_EXISTS,
    FILE_TOO_LONG,
    TOO_MANY_FILES,
    TOO_MANY_BYTES,
    TOO_MANY_PRINCIPALS,
    EPOCH_NOT_HIGHER;

    /// As it stands in problem documents, `name-too-long` for instance.
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
