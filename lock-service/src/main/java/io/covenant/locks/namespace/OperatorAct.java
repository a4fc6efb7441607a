package io.covenant.locks.namespace;

/// What goes to the audit.
public enum OperatorAct {
    FORCE_RELEASE,
    ADD_MEMBER,
    REMOVE_MEMBER,
    TRANSFER,
    DRAIN,
    RAISE_EPOCH
}
