package io.covenant.transactions.participant.local;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.Cancel;
import io.covenant.transactions.participant.Compensation;
import io.covenant.transactions.participant.Confirm;
import io.covenant.transactions.participant.OperationNames;
import io.covenant.transactions.participant.PayloadMethod;
import io.covenant.transactions.participant.SagaStep;
import io.covenant.transactions.participant.Try;
import io.covenant.web.json.StrictJson;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// What a service cannot be started with, and how it is told.
class DeclarationTests {

    record Payload(String text) {}

    record Other(String text) {}

    static class Whole {
        @Try("say")
        void hold(Payload payload) {}

        @Confirm("say")
        void confirm(Branch branch) {}

        @Cancel("say")
        void cancel(Branch branch) {}

        @SagaStep("say")
        void act(Payload payload, Branch branch) {}

        @Compensation("say")
        void undo(Payload payload) {}
    }

    @Test
    void takesWhatIsWhole() {
        start(new Whole());
    }

    static class NoCancel {
        @Try("say")
        void hold(Payload payload) {}

        @Confirm("say")
        void confirm(Branch branch) {}
    }

    static class NoTry {
        @Confirm("say")
        void confirm(Branch branch) {}

        @Cancel("say")
        void cancel(Branch branch) {}
    }

    @Test
    void wantsTryConfirmAndCancelTogether() {
        refuses(new NoCancel(), "'say' has no method with @Cancel(\"say\")");
        refuses(new NoTry(), "'say' has no method with @Try(\"say\")");
    }

    static class Twice {
        @Try("say")
        void first(Payload payload) {}

        @Try("say")
        void second(Payload payload) {}
    }

    static class StepTwice {
        @SagaStep("say")
        void first(Payload payload) {}

        @SagaStep("say")
        void second(Payload payload) {}
    }

    @Test
    void wantsOneMethodForAName() {
        refuses(new Twice(), "@Try(\"say\") is declared twice");
        refuses(new StepTwice(), "'say' is declared twice");
    }

    static class ConfirmWithPayload {
        @Try("say")
        void hold(Payload payload) {}

        @Confirm("say")
        void confirm(Payload payload) {}

        @Cancel("say")
        void cancel(Branch branch) {}
    }

    static class TryWithText {
        @Try("say")
        void hold(String text) {}

        @Confirm("say")
        void confirm(Branch branch) {}

        @Cancel("say")
        void cancel(Branch branch) {}
    }

    @Test
    void wantsMethodsOfTheRightForm() {
        refuses(new ConfirmWithPayload(), "has to look like void confirm(Branch branch)");
        refuses(new TryWithText(), "has to look like void hold(SomeRecord payload)");
    }

    static class Apart {
        @SagaStep("say")
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        void act(Payload payload) {}
    }

    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    static class NoTransaction {
        @Try("say")
        void hold(Payload payload) {}
    }

    static class Joining {
        @SagaStep("say")
        @Transactional
        void act(Payload payload) {}
    }

    @Test
    void wantsTheWorkInTheTransactionOfItsEvidence() {
        refuses(new Apart(), "Apart.act is @Transactional(propagation = REQUIRES_NEW)");
        refuses(new NoTransaction(), "NOT_SUPPORTED");
        start(new Joining());
    }

    static class Orphan {
        @Compensation("say")
        void undo(Payload payload) {}
    }

    static class OtherPayload {
        @SagaStep("say")
        void act(Payload payload) {}

        @Compensation("say")
        void undo(Other payload) {}
    }

    @Test
    void wantsACompensationForAStepOfTheSamePayload() {
        refuses(new Orphan(), "there is no @SagaStep(\"say\")");
        refuses(new OtherPayload(), "takes Other, and its step Payload");
    }

    private static void refuses(Object bean, String why) {
        assertThatIllegalStateException().isThrownBy(() -> start(bean)).withMessageContaining(why);
    }

    private static void start(Object bean) {
        var beans = new DefaultListableBeanFactory();
        beans.registerSingleton("bean", bean);
        var reading = new PayloadMethod.Reading(StrictJson.mapper(), null);
        var names = new OperationNames();
        new TccOperations(beans, reading, names).afterSingletonsInstantiated();
        new SagaSteps(beans, reading, names).afterSingletonsInstantiated();
    }
}
