package io.covenant.transactions.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.covenant.transactions.participant.BranchOperations.Operation;
import io.covenant.web.json.StrictJson;
import io.covenant.web.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

class BranchOperationsTests {

    private static final List<String> CALLS = new ArrayList<>();

    record Payload(String text) {}

    static class Plain {

        @BranchOperation("say")
        void say(Payload payload) {
            CALLS.add("say " + payload.text());
        }

        @BranchOperation(value = "peek", readOnly = true)
        void peek(Payload payload, Branch branch) {
            CALLS.add("peek " + payload.text() + " " + branch.operation());
        }
    }

    @Test
    void callsThePlainMethod() throws Exception {
        var operations = operationsOf(new Plain());
        assertThat(operations.names()).containsExactly("peek", "say");
        assertThat(operations.named("say").readOnly()).isFalse();
        assertThat(operations.named("peek").readOnly()).isTrue();

        assertThat(run(operations.named("say"))).isEqualTo("say hello");
        assertThat(run(operations.named("peek"))).isEqualTo("peek hello peek");
    }

    @Test
    void callsThroughTheProxyOfABean() throws Exception {
        var factory = new ProxyFactory(new Plain());
        factory.setProxyTargetClass(true);
        factory.addAdvice((org.aopalliance.intercept.MethodInterceptor) invocation -> {
            CALLS.add("advice");
            return invocation.proceed();
        });
        CALLS.clear();
        run(operationsOf(factory.getProxy()).named("say"));
        assertThat(CALLS).containsExactly("advice", "say hello");
    }

    private static String run(Operation operation) throws Exception {
        var work = operation.bind(StrictJson.mapper().readTree("{\"text\":\"hello\"}"));
        work.run(Branch.of(Shelf.branch(), operation.name(), Duration.ofSeconds(1)));
        return CALLS.getLast();
    }

    @Test
    void namesWhatThereIsWhenAskedForWhatThereIsNot() {
        Assertions.assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> operationsOf(new Plain()).named("sing"))
                .withMessageContaining("[peek, say]");
    }

    static class Twice {
        @BranchOperation("say")
        void first(Payload payload) {}

        @BranchOperation("say")
        void second(Payload payload) {}
    }

    @Test
    void refusesOneNameForTwoMethods() {
        assertThatIllegalStateException()
                .isThrownBy(() -> operationsOf(new Twice()))
                .withMessageContaining("'say' is declared twice")
                .withMessageContaining("Twice.first")
                .withMessageContaining("Twice.second");
    }

    static class NoRecord {
        @BranchOperation("say")
        void say(String text) {}
    }

    static class TooMany {
        @BranchOperation("say")
        void say(Payload payload, Payload other) {}
    }

    static class Nothing {
        @BranchOperation("say")
        void say() {}
    }

    static class Answering {
        @BranchOperation("say")
        String say(Payload payload) {
            return payload.text();
        }
    }

    @Test
    void refusesMethodsOfAnotherForm() {
        for (var wrong : List.of(new NoRecord(), new TooMany(), new Nothing(), new Answering())) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> operationsOf(wrong))
                    .withMessageContaining("has to look like void say(SomeRecord payload)");
        }
    }

    static class OddName {
        @BranchOperation("Say It")
        void say(Payload payload) {}
    }

    @Test
    void refusesNamesThatDoNotFitAPath() {
        assertThatIllegalStateException()
                .isThrownBy(() -> operationsOf(new OddName()))
                .withMessageContaining("'Say It'");
    }

    private static BranchOperations operationsOf(Object... beans) {
        var factory = new DefaultListableBeanFactory();
        for (var bean : beans) {
            factory.registerSingleton(bean.getClass().getSimpleName(), bean);
        }
        var operations = new BranchOperations(
                factory, new PayloadMethod.Reading(StrictJson.mapper(), null), new OperationNames());
        operations.afterSingletonsInstantiated();
        return operations;
    }
}
