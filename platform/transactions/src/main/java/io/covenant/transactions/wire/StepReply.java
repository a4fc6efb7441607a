package io.covenant.transactions.wire;

import io.covenant.transactions.saga.SagaAnswer;
import org.jspecify.annotations.Nullable;

/// A step's answer to whatever it was asked.
///
/// @param refusal present exactly with [Answer#REFUSED] and [Answer#FAILED]
public record StepReply(Answer answer, PrepareReply.@Nullable Reason refusal) {

    public enum Answer {
        /// The action is done.
        DONE,
        /// The action is begun; that it is over will be reported, and is told whoever asks again.
        ACCEPTED,
        /// The step will never be done; or, asked to compensate, it cannot be.
        REFUSED,
        /// The compensation failed and is rolled back; it may work another time.
        FAILED,
        /// The step is compensated, or never was and never will be done.
        UNDONE,
        /// The step was not done, and never will be.
        FENCED
    }

    public static StepReply of(SagaAnswer answer) {
        return switch (answer) {
            case SagaAnswer.Succeeded _ -> new StepReply(Answer.DONE, null);
            case SagaAnswer.Accepted _ -> new StepReply(Answer.ACCEPTED, null);
            case SagaAnswer.Refused(var why) -> new StepReply(Answer.REFUSED, PrepareReply.Reason.of(why));
            case SagaAnswer.Failed(var why) -> new StepReply(Answer.FAILED, PrepareReply.Reason.of(why));
            case SagaAnswer.Undone _ -> new StepReply(Answer.UNDONE, null);
            case SagaAnswer.Fenced _ -> new StepReply(Answer.FENCED, null);
        };
    }

    public SagaAnswer toAnswer() {
        return switch (answer) {
            case DONE -> new SagaAnswer.Succeeded();
            case ACCEPTED -> new SagaAnswer.Accepted();
            case REFUSED -> new SagaAnswer.Refused(PrepareReply.Reason.toRefusal(refusal));
            case FAILED -> new SagaAnswer.Failed(PrepareReply.Reason.toRefusal(refusal));
            case UNDONE -> new SagaAnswer.Undone();
            case FENCED -> new SagaAnswer.Fenced();
        };
    }
}
