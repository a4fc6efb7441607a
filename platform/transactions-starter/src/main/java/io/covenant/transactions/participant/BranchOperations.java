package io.covenant.transactions.participant;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.Violation;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The operations that the service's beans declare with [BranchOperation], by name.
final class BranchOperations implements SmartInitializingSingleton {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
    private static final MethodType CALL = MethodType.methodType(void.class, Record.class, Branch.class);

    private final ConfigurableListableBeanFactory beans;
    private final JsonMapper mapper;
    private final @Nullable Validator validator;
    private Map<String, Operation> byName = Map.of();

    BranchOperations(ConfigurableListableBeanFactory beans, JsonMapper mapper, @Nullable Validator validator) {
        this.beans = beans;
        this.mapper = mapper;
        this.validator = validator;
    }

    /// @throws io.covenant.web.problem.ProblemException 400 when there is no such operation
    Operation named(@Nullable String name) {
        var operation = name == null ? null : byName.get(name);
        if (operation == null) {
            throw Problem.of(
                            HttpStatus.BAD_REQUEST,
                            "unknown-operation",
                            "operation: must be one of %s".formatted(names()))
                    .violating(List.of(new Violation("operation", "must be one of %s".formatted(names()))))
                    .asException();
        }
        return operation;
    }

    Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    @Override
    public void afterSingletonsInstantiated() {
        var found = new LinkedHashMap<String, Operation>();
        for (var bean : beans.getBeanNamesForType(Object.class, false, false)) {
            var type = AutoProxyUtils.determineTargetClass(beans, bean);
            if (type == null || !mayDeclare(type)) {
                continue;
            }
            var methods = MethodIntrospector.selectMethods(
                    type, (Method method) -> AnnotatedElementUtils.findMergedAnnotation(method, BranchOperation.class));
            methods.forEach((method, declared) -> {
                var operation = operation(bean, method, declared);
                var other = found.putIfAbsent(operation.name(), operation);
                if (other != null) {
                    throw new IllegalStateException("The branch operation '%s' is declared twice, by %s and by %s."
                            .formatted(operation.name(), other.declaredBy(), operation.declaredBy()));
                }
            });
        }
        byName = Map.copyOf(found);
    }

    private static boolean mayDeclare(Class<?> type) {
        return !type.getName().startsWith("org.springframework.")
                && AnnotationUtils.isCandidateClass(type, BranchOperation.class);
    }

    private Operation operation(String bean, Method method, BranchOperation declared) {
        var place = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        if (!NAME.matcher(declared.value()).matches()) {
            throw new IllegalStateException(
                    "The branch operation '%s' of %s needs another name: 1 to 40 characters of a-z, 0-9 and '-'."
                            .formatted(declared.value(), place));
        }
        var parameters = method.getParameterTypes();
        boolean wellFormed = method.getReturnType() == void.class
                && (parameters.length == 1 || (parameters.length == 2 && parameters[1] == Branch.class))
                && parameters[0].isRecord();
        if (!wellFormed) {
            throw new IllegalStateException(
                    "The branch operation '%s' has to look like void %s(SomeRecord payload) or void %s(SomeRecord payload, Branch branch), but is %s."
                            .formatted(declared.value(), method.getName(), method.getName(), method.toGenericString()));
        }
        return new Operation(
                declared.value(),
                declared.readOnly(),
                parameters[0].asSubclass(Record.class),
                handle(beans.getBean(bean), method),
                place);
    }

    private static MethodHandle handle(Object bean, Method declared) {
        var method = AopUtils.selectInvocableMethod(declared, bean.getClass());
        try {
            method.setAccessible(true);
            var handle = MethodHandles.lookup().unreflect(method).bindTo(bean);
            return (declared.getParameterCount() == 1 ? MethodHandles.dropArguments(handle, 1, Branch.class) : handle)
                    .asType(CALL);
        } catch (IllegalAccessException | RuntimeException e) {
            throw new IllegalStateException("The branch operation %s cannot be called.".formatted(declared), e);
        }
    }

    /// Stands for the request in an exception about a part of its body.
    private record AlreadyRead() implements HttpInputMessage {

        @Override
        public InputStream getBody() {
            return InputStream.nullInputStream();
        }

        @Override
        public HttpHeaders getHeaders() {
            return HttpHeaders.EMPTY;
        }
    }

    /// One declared operation.
    final class Operation {

        private final String name;
        private final boolean readOnly;
        private final Class<? extends Record> payload;
        private final MethodHandle method;
        private final String declaredBy;

        private Operation(
                String name,
                boolean readOnly,
                Class<? extends Record> payload,
                MethodHandle method,
                String declaredBy) {
            this.name = name;
            this.readOnly = readOnly;
            this.payload = payload;
            this.method = method;
            this.declaredBy = declaredBy;
        }

        String name() {
            return name;
        }

        boolean readOnly() {
            return readOnly;
        }

        String declaredBy() {
            return declaredBy;
        }

        /// The work of a branch with this payload.
        ///
        /// @throws RuntimeException answered as 400 with the field, when the payload does not fit
        BranchWork bind(@Nullable JsonNode json) {
            var bound = read(json);
            validate(bound);
            return branch -> call(bound, branch);
        }

        private Record read(@Nullable JsonNode json) {
            if (json == null || !json.isObject()) {
                throw Problem.ofField("validation-failed", "payload", "must be an object")
                        .asException();
            }
            try {
                return mapper.treeToValue(json, payload);
            } catch (JacksonException e) {
                throw new HttpMessageNotReadableException(
                        "payload", e.prependPath(payload, "payload"), new AlreadyRead());
            }
        }

        private void validate(Record bound) {
            if (validator == null) {
                return;
            }
            Set<ConstraintViolation<Record>> violations = validator.validate(bound);
            if (violations.isEmpty()) {
                return;
            }
            var rules = violations.stream()
                    .map(violation -> new Violation("payload." + violation.getPropertyPath(), violation.getMessage()))
                    .sorted(Comparator.comparing(Violation::field))
                    .toList();
            var first = rules.getFirst();
            throw Problem.of(
                            HttpStatus.BAD_REQUEST,
                            "validation-failed",
                            "%s: %s".formatted(first.field(), first.rule()))
                    .violating(rules)
                    .asException();
        }

        private void call(Record bound, Branch branch) throws Exception {
            try {
                method.invokeExact(bound, branch);
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
