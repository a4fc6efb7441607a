package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaExecution;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Passes on what it hears.
record EveryListener(List<TransactionListener> listeners) implements TransactionListener {

    EveryListener {
        listeners = List.copyOf(listeners);
    }

    private void each(Consumer<TransactionListener> what) {
        listeners.forEach(what);
    }

    @Override
    public void begun(CommitProtocol protocol) {
        each(listener -> listener.begun(protocol));
    }

    @Override
    public void decided(CommitProtocol protocol, Decision decision, Duration sinceBegin) {
        each(listener -> listener.decided(protocol, decision, sinceBegin));
    }

    @Override
    public void finished(CommitProtocol protocol, Decision decision, Duration sinceBegin) {
        each(listener -> listener.finished(protocol, decision, sinceBegin));
    }

    @Override
    public void optimised(CommitProtocol protocol, Optimisation what) {
        each(listener -> listener.optimised(protocol, what));
    }

    @Override
    public void changed(TransactionId transaction, TransactionResource.State state) {
        each(listener -> listener.changed(transaction, state));
    }

    @Override
    public void hazard(BranchId branch) {
        each(listener -> listener.hazard(branch));
    }

    @Override
    public void takenOver(int transactions) {
        each(listener -> listener.takenOver(transactions));
    }

    @Override
    public void stands(TransactionId transaction) {
        each(listener -> listener.stands(transaction));
    }

    @Override
    public void retried(CommitProtocol protocol, Retried what) {
        each(listener -> listener.retried(protocol, what));
    }

    @Override
    public void stepAnswered(SagaExecution.Ask asked, SagaAnswer answer) {
        each(listener -> listener.stepAnswered(asked, answer));
    }

    @Override
    public void raised(BranchId step, Refusal why) {
        each(listener -> listener.raised(step, why));
    }

    @Override
    public void decisionsForced(int decisions, Duration took) {
        each(listener -> listener.decisionsForced(decisions, took));
    }
}
