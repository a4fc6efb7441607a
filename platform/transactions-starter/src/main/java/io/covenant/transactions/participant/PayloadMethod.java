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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A bean's method that takes a record, which binds from JSON, and perhaps the [Branch] it works in.
public final class PayloadMethod {

    private static final MethodType CALL = MethodType.methodType(Object.class, Record.class, Branch.class);

    private final Class<? extends Record> payload;
    private final MethodHandle method;
    private final Reading reading;

    private PayloadMethod(Class<? extends Record> payload, MethodHandle method, Reading reading) {
        this.payload = payload;
        this.method = method;
        this.reading = reading;
    }

    /// How payloads are read: strictly.
    public record Reading(JsonMapper mapper, @Nullable Validator validator) {}

    /// Whether a method has the form: `(SomeRecord payload)` or `(SomeRecord payload, Branch branch)`.
    public static boolean fits(Method method) {
        var parameters = method.getParameterTypes();
        return (parameters.length == 1 || (parameters.length == 2 && parameters[1] == Branch.class))
                && parameters[0].isRecord();
    }

    /// @param method one that [#fits]
    public static PayloadMethod of(String bean, Method method, ConfigurableListableBeanFactory beans, Reading reading) {
        var handle = bound(beans.getBean(bean), method);
        return new PayloadMethod(
                method.getParameterTypes()[0].asSubclass(Record.class),
                (method.getParameterCount() == 1 ? MethodHandles.dropArguments(handle, 1, Branch.class) : handle)
                        .asType(CALL),
                reading);
    }

    /// The method, called on this bean or through its proxy.
    public static MethodHandle bound(Object bean, Method declared) {
        var method = AopUtils.selectInvocableMethod(declared, bean.getClass());
        try {
            method.setAccessible(true);
            return MethodHandles.lookup().unreflect(method).bindTo(bean);
        } catch (IllegalAccessException | RuntimeException e) {
            throw new IllegalStateException("The branch operation %s cannot be called.".formatted(declared), e);
        }
    }

    public Class<? extends Record> payload() {
        return payload;
    }

    /// @throws RuntimeException answered as 400 with the field, when the payload does not fit
    public Record bind(@Nullable JsonNode json) {
        var bound = read(json);
        validate(bound);
        return bound;
    }

    /// @return what the method returns; nothing when it returns nothing
    public @Nullable Object call(Record bound, Branch branch) throws Exception {
        try {
            return (Object) method.invokeExact(bound, branch);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private Record read(@Nullable JsonNode json) {
        if (json == null || !json.isObject()) {
            throw Problem.ofField("validation-failed", "payload", "must be an object")
                    .asException();
        }
        try {
            return reading.mapper().treeToValue(json, payload);
        } catch (JacksonException e) {
            throw new HttpMessageNotReadableException("payload", e.prependPath(payload, "payload"), new AlreadyRead());
        }
    }

    private void validate(Record bound) {
        var validator = reading.validator();
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
        throw Problem.of(HttpStatus.BAD_REQUEST, "validation-failed", "%s: %s".formatted(first.field(), first.rule()))
                .violating(rules)
                .asException();
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
}
