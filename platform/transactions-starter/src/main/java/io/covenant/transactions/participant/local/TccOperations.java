package io.covenant.transactions.participant.local;

import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchWork;
import io.covenant.transactions.participant.Cancel;
import io.covenant.transactions.participant.Confirm;
import io.covenant.transactions.participant.DeclaredMethods;
import io.covenant.transactions.participant.DeclaredMethods.Declared;
import io.covenant.transactions.participant.OperationNames;
import io.covenant.transactions.participant.OperationNames.Mode;
import io.covenant.transactions.participant.PayloadMethod;
import io.covenant.transactions.participant.Try;
import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import tools.jackson.databind.JsonNode;

/// The operations that the service's beans declare with [Try], [Confirm] and [Cancel], by name.
final class TccOperations implements SmartInitializingSingleton, SettlingWork {

    private final ConfigurableListableBeanFactory beans;
    private final PayloadMethod.Reading reading;
    private final OperationNames names;
    private Map<String, Operation> byName = Map.of();

    TccOperations(ConfigurableListableBeanFactory beans, PayloadMethod.Reading reading, OperationNames names) {
        this.beans = beans;
        this.reading = reading;
        this.names = names;
    }

    /// One declared operation.
    record Operation(String name, PayloadMethod trying, BranchWork confirming, BranchWork cancelling) {

        /// What reserves for this payload.
        ///
        /// @throws RuntimeException answered as 400 with the field, when the payload does not fit
        TryWork bind(@Nullable JsonNode json) {
            var bound = trying.bind(json);
            return branch -> !Boolean.FALSE.equals(trying.call(bound, branch));
        }
    }

    /// @throws io.covenant.web.problem.ProblemException 400 when there is no such operation
    Operation named(@Nullable String name) {
        var operation = name == null ? null : byName.get(name);
        if (operation == null) {
            throw names.missing(name, Mode.RESERVE);
        }
        return operation;
    }

    @Override
    public BranchWork of(String name, Decision decision) {
        var operation = byName.get(name);
        if (operation == null) {
            throw new IllegalStateException(
                    "The operation '%s' has reservations that wait for their end, and is not declared any more; bring back its @Confirm and @Cancel."
                            .formatted(name));
        }
        return switch (decision) {
            case COMMIT -> operation.confirming();
            case ABORT -> operation.cancelling();
        };
    }

    @Override
    public void afterSingletonsInstantiated() {
        var tries = byName(Try.class, Try::value);
        var confirms = byName(Confirm.class, Confirm::value);
        var cancels = byName(Cancel.class, Cancel::value);
        var all = new TreeSet<>(tries.keySet());
        all.addAll(confirms.keySet());
        all.addAll(cancels.keySet());
        var found = new HashMap<String, Operation>();
        for (var name : all) {
            found.put(
                    name,
                    new Operation(
                            name,
                            trying(name, required("@Try", name, tries.get(name))),
                            settling("@Confirm", name, required("@Confirm", name, confirms.get(name))),
                            settling("@Cancel", name, required("@Cancel", name, cancels.get(name)))));
        }
        byName = Map.copyOf(found);
        names.declare(Mode.RESERVE, byName.keySet());
    }

    private <A extends Annotation> Map<String, Declared<A>> byName(Class<A> annotation, Function<A, String> nameOf) {
        var found = new HashMap<String, Declared<A>>();
        for (var declared : DeclaredMethods.bearing(annotation, beans)) {
            var name = nameOf.apply(declared.annotation());
            DeclaredMethods.requireName("operation", name, declared.place());
            DeclaredMethods.requireOneTransaction(declared);
            var other = found.putIfAbsent(name, declared);
            if (other != null) {
                throw new IllegalStateException("@%s(\"%s\") is declared twice, by %s and by %s."
                        .formatted(annotation.getSimpleName(), name, other.place(), declared.place()));
            }
        }
        return found;
    }

    private static <A extends Annotation> Declared<A> required(
            String annotation, String name, @Nullable Declared<A> declared) {
        if (declared == null) {
            throw new IllegalStateException(
                    "The operation '%s' has no method with %s(\"%s\"): try, confirm and cancel come together, since every reservation ends in one of two ways. Add it."
                            .formatted(name, annotation, name));
        }
        return declared;
    }

    private PayloadMethod trying(String name, Declared<Try> declared) {
        var method = declared.method();
        var returned = method.getReturnType();
        if ((returned != void.class && returned != boolean.class) || !PayloadMethod.fits(method)) {
            throw new IllegalStateException(
                    "@Try(\"%s\") has to look like void %s(SomeRecord payload) or void %s(SomeRecord payload, Branch branch), or return a boolean, but is %s."
                            .formatted(name, method.getName(), method.getName(), method.toGenericString()));
        }
        return PayloadMethod.of(declared.bean(), method, beans, reading);
    }

    private BranchWork settling(String annotation, String name, Declared<?> declared) {
        var method = declared.method();
        if (method.getReturnType() != void.class
                || method.getParameterCount() != 1
                || method.getParameterTypes()[0] != Branch.class) {
            throw new IllegalStateException(
                    "%s(\"%s\") has to look like void %s(Branch branch), since a decision comes without a payload, but is %s."
                            .formatted(annotation, name, method.getName(), method.toGenericString()));
        }
        var handle = PayloadMethod.bound(beans.getBean(declared.bean()), method);
        return branch -> {
            try {
                handle.invoke(branch);
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        };
    }
}
