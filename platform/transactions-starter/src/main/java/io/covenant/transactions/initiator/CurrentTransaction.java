package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import java.util.function.UnaryOperator;

/// The transaction that the [GlobalTransactional] method on this thread declares.
///
/// It is bound to the method's run and not to more: work that the method gives to another thread does not see it,
/// and is told so by an exception, so that no branch is ever lost without a word.
public final class CurrentTransaction {

    CurrentTransaction() {}

    /// Whether a method on this thread declares one.
    public boolean isDeclared() {
        return Declaration.current().isPresent();
    }

    /// Under which it will run.
    ///
    /// @throws IllegalStateException outside of a declaring method
    public TransactionId id() {
        return declaration().draft().id();
    }

    /// Says more of it: branches with all that a draft can say of them, another deadline, an id of one's own.
    ///
    /// @throws IllegalStateException outside of a declaring method
    public void say(UnaryOperator<TransactionDraft> more) {
        declaration().say(more);
    }

    private static Declaration declaration() {
        return Declaration.current()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "no method on this thread is declared @GlobalTransactional, or it is called without its proxy"));
    }
}
