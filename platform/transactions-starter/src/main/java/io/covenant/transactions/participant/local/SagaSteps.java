package io.covenant.transactions.participant.local;

import io.covenant.transactions.participant.BranchWork;
import io.covenant.transactions.participant.Compensation;
import io.covenant.transactions.participant.DeclaredMethods;
import io.covenant.transactions.participant.DeclaredMethods.Declared;
import io.covenant.transactions.participant.OperationNames;
import io.covenant.transactions.participant.OperationNames.Mode;
import io.covenant.transactions.participant.PayloadMethod;
import io.covenant.transactions.participant.SagaStep;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import tools.jackson.databind.JsonNode;

/// The steps that the service's beans declare with [SagaStep] and [Compensation], by name.
final class SagaSteps implements SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beans;
    private final PayloadMethod.Reading reading;
    private final OperationNames names;
    private Map<String, Work> steps = Map.of();
    private Map<String, Work> compensations = Map.of();

    SagaSteps(ConfigurableListableBeanFactory beans, PayloadMethod.Reading reading, OperationNames names) {
        this.beans = beans;
        this.reading = reading;
        this.names = names;
    }

    /// A step or a compensation.
    record Work(String name, boolean reports, PayloadMethod method, String place) {

        /// @throws RuntimeException answered as 400 with the field, when the payload does not fit
        BranchWork bind(@Nullable JsonNode json) {
            var bound = method.bind(json);
            return branch -> method.call(bound, branch);
        }
    }

    /// @throws io.covenant.web.problem.ProblemException 400 when there is no such step
    Work step(@Nullable String name) {
        var step = name == null ? null : steps.get(name);
        if (step == null) {
            throw names.missing(name, Mode.STEP);
        }
        return step;
    }

    /// @throws io.covenant.web.problem.ProblemException 400 when there is no such compensation
    Work compensation(@Nullable String name) {
        var compensation = name == null ? null : compensations.get(name);
        if (compensation == null) {
            throw names.missing(name, Mode.COMPENSATION);
        }
        return compensation;
    }

    @Override
    public void afterSingletonsInstantiated() {
        var acting = new HashMap<String, Work>();
        for (var declared : DeclaredMethods.bearing(SagaStep.class, beans)) {
            var annotation = declared.annotation();
            add(acting, work("@SagaStep", annotation.value(), annotation.reports(), declared));
        }
        var undoing = new HashMap<String, Work>();
        for (var declared : DeclaredMethods.bearing(Compensation.class, beans)) {
            add(undoing, work("@Compensation", declared.annotation().value(), false, declared));
        }
        undoing.forEach((name, compensation) -> requireTheSamePayload(name, compensation, acting.get(name)));
        steps = Map.copyOf(acting);
        compensations = Map.copyOf(undoing);
        names.declare(Mode.STEP, steps.keySet());
        names.declare(Mode.COMPENSATION, compensations.keySet());
    }

    private static void add(Map<String, Work> all, Work work) {
        var other = all.putIfAbsent(work.name(), work);
        if (other != null) {
            throw new IllegalStateException(
                    "'%s' is declared twice, by %s and by %s.".formatted(work.name(), other.place(), work.place()));
        }
    }

    private Work work(String annotation, String name, boolean reports, Declared<?> declared) {
        var method = declared.method();
        DeclaredMethods.requireName("step", name, declared.place());
        DeclaredMethods.requireOneTransaction(declared);
        if (method.getReturnType() != void.class || !PayloadMethod.fits(method)) {
            throw new IllegalStateException(
                    "%s(\"%s\") has to look like void %s(SomeRecord payload) or void %s(SomeRecord payload, Branch branch), but is %s."
                            .formatted(annotation, name, method.getName(), method.getName(), method.toGenericString()));
        }
        return new Work(name, reports, PayloadMethod.of(declared.bean(), method, beans, reading), declared.place());
    }

    private static void requireTheSamePayload(String name, Work compensation, @Nullable Work step) {
        if (step == null) {
            throw new IllegalStateException(
                    "@Compensation(\"%s\") of %s makes up for nothing: there is no @SagaStep(\"%s\"). Add it, or correct the name."
                            .formatted(name, compensation.place(), name));
        }
        if (step.method().payload() != compensation.method().payload()) {
            throw new IllegalStateException(
                    "@Compensation(\"%s\") takes %s, and its step %s: both are given the same payload, so both have to take the same record."
                            .formatted(
                                    name,
                                    compensation.method().payload().getSimpleName(),
                                    step.method().payload().getSimpleName()));
        }
    }
}
