package io.covenant.balancing.outlier;

/// Why an instance was ejected.
public enum Reason {
    GATEWAY_ERRORS("cannot be reached, several times in a row"),
    SERVER_ERRORS("failed several times in a row"),
    SILENCE("answers nothing while requests wait"),
    SUCCESS_RATE("succeeds far less often than the others"),
    PROBE_FAILED("failed again when it was tried after an ejection");

    private final String meaning;

    Reason(String meaning) {
        this.meaning = meaning;
    }

    public String meaning() {
        return meaning;
    }
}
