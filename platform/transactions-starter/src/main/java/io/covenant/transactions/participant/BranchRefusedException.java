package io.covenant.transactions.participant;

import io.covenant.transactions.Refusal;
import java.util.Map;

/// Thrown by a branch's method to refuse: the branch rolls back and votes NO with the reason, the transaction aborts.
///
/// It has no stack trace: a refusal is an expected answer, not a fault.
public class BranchRefusedException extends RuntimeException {

    private final transient Refusal refusal;

    public BranchRefusedException(Refusal refusal) {
        super(refusal.code() + ": " + refusal.detail(), null, false, false);
        this.refusal = refusal;
    }

    public BranchRefusedException(String code, String detail, Map<String, String> parameters) {
        this(new Refusal(code, detail, parameters));
    }

    public BranchRefusedException(String code, String detail) {
        this(Refusal.of(code, detail));
    }

    public Refusal refusal() {
        return refusal;
    }
}
