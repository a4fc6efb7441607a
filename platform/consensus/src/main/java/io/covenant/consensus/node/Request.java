package io.covenant.consensus.node;

import io.covenant.consensus.raft.Answer;
import io.covenant.consensus.raft.Answer.Reason;
import io.covenant.consensus.raft.Input;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.NodeId;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What somebody on this node wants of the kernel, and waits for.
sealed interface Request<R> {

    Input toInput(long ticket);

    /// The leader is another one, or the node ends: nothing was done.
    void elsewhere(@Nullable NodeId leader);

    default int bytes() {
        return 0;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Proposal<R>(byte[] command, CompletableFuture<Outcome<R>> future) implements Request<R> {

        @Override
        public Input toInput(long ticket) {
            return new Input.Propose(ticket, command);
        }

        @Override
        public int bytes() {
            return command.length;
        }

        @Override
        public void elsewhere(@Nullable NodeId leader) {
            future.complete(new Outcome.NotLeader<>(leader));
        }
    }

    /// A question that is answered when the leadership is confirmed.
    record Question<R>(CompletableFuture<Confirmation> future) implements Request<R> {

        @Override
        public Input toInput(long ticket) {
            return new Input.ConfirmLeadership(ticket);
        }

        @Override
        public void elsewhere(@Nullable NodeId leader) {
            future.complete(new Confirmation.NotLeader(leader));
        }
    }

    record Transfer<R>(NodeId target, CompletableFuture<OrderOutcome> future) implements Request<R> {

        @Override
        public Input toInput(long ticket) {
            return new Input.TransferLeadership(ticket, target);
        }

        @Override
        public void elsewhere(@Nullable NodeId leader) {
            future.complete(new OrderOutcome.NotLeader(leader));
        }

        void answered(Answer answer) {
            future.complete(
                    switch (answer) {
                        case Answer.Transferred _ -> new OrderOutcome.Done();
                        case Answer.NotLeader(var leader) -> new OrderOutcome.NotLeader(leader);
                        case Answer.Refused(var reason) -> new OrderOutcome.Refused(reason);
                        case Answer.Accepted _, Answer.Confirmed _, Answer.Overloaded _ ->
                            throw new IllegalStateException("a hand-over was answered by " + answer);
                    });
        }
    }

    record Change<R>(MemberChange change, CompletableFuture<OrderOutcome> future) implements Request<R> {

        @Override
        public Input toInput(long ticket) {
            return new Input.ChangeMembers(ticket, change);
        }

        @Override
        public void elsewhere(@Nullable NodeId leader) {
            future.complete(new OrderOutcome.NotLeader(leader));
        }

        void refused(Reason reason) {
            future.complete(new OrderOutcome.Refused(reason));
        }
    }
}
