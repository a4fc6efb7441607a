package io.covenant.transactions.initiator;

import io.covenant.transactions.wire.BranchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What the methods of one transaction have said so far.
final class Declaration {

    private static final ScopedValue<Declaration> CURRENT = ScopedValue.newInstance();

    /// What is done while it is current.
    interface Work<T extends @Nullable Object> {
        T run() throws Throwable;
    }

    private final AtomicReference<TransactionDraft> draft;

    Declaration(TransactionDraft draft) {
        this.draft = new AtomicReference<>(draft);
    }

    static Optional<Declaration> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    <T extends @Nullable Object> T during(Work<T> work) throws Throwable {
        return ScopedValue.where(CURRENT, this).<T, Throwable>call(work::run);
    }

    /// What a method says that throws was not said.
    <T extends @Nullable Object> T joinedBy(Work<T> work) throws Throwable {
        var before = draft();
        try {
            return work.run();
        } catch (Throwable failure) {
            draft.set(before);
            throw failure;
        }
    }

    TransactionDraft draft() {
        return draft.get();
    }

    void say(UnaryOperator<TransactionDraft> more) {
        draft.updateAndGet(more);
    }

    void add(List<BranchRequest<Object>> branches) {
        say(said -> {
            var all = new ArrayList<>(said.branches());
            all.addAll(branches);
            return said.ofBranches(all);
        });
    }
}
