package io.covenant.transactions.participant;

import io.covenant.transactions.participant.DeclaredMethods.Declared;
import io.covenant.transactions.participant.OperationNames.Mode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import tools.jackson.databind.JsonNode;

/// The operations that the service's beans declare with [BranchOperation], by name.
final class BranchOperations implements SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beans;
    private final PayloadMethod.Reading reading;
    private final OperationNames names;
    private Map<String, Operation> byName = Map.of();

    BranchOperations(ConfigurableListableBeanFactory beans, PayloadMethod.Reading reading, OperationNames names) {
        this.beans = beans;
        this.reading = reading;
        this.names = names;
    }

    /// @throws io.covenant.web.problem.ProblemException 400 when there is no such operation
    Operation named(@Nullable String name) {
        var operation = name == null ? null : byName.get(name);
        if (operation == null) {
            throw names.missing(name, Mode.PREPARE);
        }
        return operation;
    }

    Set<String> names() {
        return names.of(Mode.PREPARE);
    }

    @Override
    public void afterSingletonsInstantiated() {
        var found = new LinkedHashMap<String, Operation>();
        for (var declared : DeclaredMethods.bearing(BranchOperation.class, beans)) {
            var operation = operation(declared);
            var other = found.putIfAbsent(operation.name(), operation);
            if (other != null) {
                throw new IllegalStateException("The branch operation '%s' is declared twice, by %s and by %s."
                        .formatted(operation.name(), other.declaredBy(), operation.declaredBy()));
            }
        }
        byName = Map.copyOf(found);
        names.declare(Mode.PREPARE, byName.keySet());
    }

    private Operation operation(Declared<BranchOperation> declared) {
        var name = declared.annotation().value();
        var method = declared.method();
        DeclaredMethods.requireName("branch operation", name, declared.place());
        if (method.getReturnType() != void.class || !PayloadMethod.fits(method)) {
            throw new IllegalStateException(
                    "The branch operation '%s' has to look like void %s(SomeRecord payload) or void %s(SomeRecord payload, Branch branch), but is %s."
                            .formatted(name, method.getName(), method.getName(), method.toGenericString()));
        }
        return new Operation(
                name,
                declared.annotation().readOnly(),
                PayloadMethod.of(declared.bean(), method, beans, reading),
                declared.place());
    }

    /// One declared operation.
    record Operation(String name, boolean readOnly, PayloadMethod method, String declaredBy) {

        /// The work of a branch with this payload.
        ///
        /// @throws RuntimeException answered as 400 with the field, when the payload does not fit
        BranchWork bind(@Nullable JsonNode json) {
            var bound = method.bind(json);
            return branch -> method.call(bound, branch);
        }
    }
}
