package io.covenant.web.idempotency;

import io.covenant.web.problem.Problem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/// Reads the header for a parameter of type [IdempotencyKey], which makes it required, or of
/// `Optional<IdempotencyKey>` or `@Nullable IdempotencyKey`, which does not.
final class IdempotencyKeyResolver implements HandlerMethodArgumentResolver {

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.nestedIfOptional().getNestedParameterType() == IdempotencyKey.class;
    }

    @Override
    public @Nullable Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        var key = keyOf(request);
        if (parameter.getParameterType() == Optional.class) {
            return Optional.ofNullable(key);
        }
        if (key == null && !parameter.isOptional()) {
            throw Problem.ofField("header-missing", IdempotencyKey.HEADER, "must be present")
                    .asException();
        }
        return key;
    }

    private static @Nullable IdempotencyKey keyOf(NativeWebRequest request) {
        var given = request.getHeaderValues(IdempotencyKey.HEADER);
        if (given == null || given.length == 0) {
            return null;
        }
        if (given.length > 1) {
            throw Problem.ofField("header-invalid", IdempotencyKey.HEADER, "must be given once")
                    .asException();
        }
        try {
            return IdempotencyKey.valueOf(given[0]);
        } catch (IllegalArgumentException e) {
            throw Problem.ofField("header-invalid", IdempotencyKey.HEADER, IdempotencyKey.RULE)
                    .causedBy(e);
        }
    }
}
