package io.covenant.web.problem;

import jakarta.validation.ConstraintViolationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.core.MethodParameter;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.util.StringUtils;
import org.springframework.validation.BindingResult;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingPathVariableException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;

/// What Spring MVC throws, as problems of the one who sent the request.
final class WebProblems {

    private WebProblems() {}

    /// The problem behind this exception; `null` if Spring does not know it as the sender's fault.
    static @Nullable Problem problemFor(Throwable failure) {
        return switch (failure) {
            case BindingResult invalid -> validation(violationsOf(invalid.getAllErrors()));
            case HandlerMethodValidationException invalid
            when !invalid.isForReturnValue() -> validation(violationsOf(invalid));
            case ConstraintViolationException invalid -> validation(violationsOf(invalid));
            case HttpMessageNotReadableException unreadable -> unreadable(unreadable);
            case MissingRequestHeaderException missing ->
                Problem.ofField("header-missing", missing.getHeaderName(), "must be present");
            case MissingServletRequestParameterException missing ->
                Problem.ofField("parameter-missing", missing.getParameterName(), "must be present");
            case MissingPathVariableException _ -> null; // a controller that does not fit its own path
            case MethodArgumentTypeMismatchException mismatch -> mismatch(mismatch);
            case NoResourceFoundException _, NoHandlerFoundException _ ->
                Problem.of(HttpStatus.NOT_FOUND, "unknown-path", "There is nothing at this path.");
            case HttpRequestMethodNotSupportedException method ->
                Problem.of(
                                HttpStatus.METHOD_NOT_ALLOWED,
                                "method-not-allowed",
                                "This path does not answer to %s.".formatted(Expected.clip(method.getMethod(), 20)))
                        .with(
                                "allowed",
                                method.getSupportedMethods() == null
                                        ? List.of()
                                        : List.of(method.getSupportedMethods()));
            case HttpMediaTypeNotSupportedException type ->
                Problem.of(
                                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                                "unsupported-media-type",
                                "The body must be of another type; see 'supported'.")
                        .with(
                                "supported",
                                type.getSupportedMediaTypes().stream()
                                        .map(Object::toString)
                                        .filter(supported -> !supported.contains("*"))
                                        .distinct()
                                        .toList());
            case HttpMediaTypeNotAcceptableException _ ->
                Problem.of(
                        HttpStatus.NOT_ACCEPTABLE,
                        "not-acceptable",
                        "The answer exists in none of the types that the Accept header names.");
            case ErrorResponse known when known.getStatusCode().is4xxClientError() -> clientError(known);
            default -> null;
        };
    }

    private static Problem validation(List<Violation> violations) {
        var first = violations.getFirst();
        var detail = violations.size() == 1
                ? "%s: %s".formatted(first.field(), first.rule())
                : "%d fields break a rule; the first: %s: %s".formatted(violations.size(), first.field(), first.rule());
        return Problem.of(HttpStatus.BAD_REQUEST, "validation-failed", detail).violating(violations);
    }

    private static List<Violation> violationsOf(List<ObjectError> errors) {
        return errors.stream().map(WebProblems::violationOf).toList();
    }

    private static Violation violationOf(ObjectError error) {
        var rule = Objects.requireNonNullElse(error.getDefaultMessage(), "is not valid");
        return error instanceof FieldError field ? new Violation(field.getField(), rule) : new Violation("body", rule);
    }

    private static List<Violation> violationsOf(HandlerMethodValidationException invalid) {
        var violations = new ArrayList<Violation>();
        for (var result : invalid.getParameterValidationResults()) {
            if (result instanceof ParameterErrors errors) {
                var prefix = errors.getContainerIndex() == null ? "" : "[%d].".formatted(errors.getContainerIndex());
                for (var error : errors.getAllErrors()) {
                    var violation = violationOf(error);
                    violations.add(new Violation(prefix + violation.field(), violation.rule()));
                }
            } else {
                var name = nameOf(result);
                result.getResolvableErrors().forEach(error -> violations.add(new Violation(name, ruleOf(error))));
            }
        }
        invalid.getCrossParameterValidationResults()
                .forEach(error -> violations.add(new Violation("request", ruleOf(error))));
        return violations;
    }

    private static String ruleOf(MessageSourceResolvable error) {
        return Objects.requireNonNullElse(error.getDefaultMessage(), "is not valid");
    }

    private static String nameOf(ParameterValidationResult result) {
        return nameOf(result.getMethodParameter());
    }

    /// The name that the sender knows a parameter by.
    private static String nameOf(MethodParameter parameter) {
        var header = parameter.getParameterAnnotation(RequestHeader.class);
        if (header != null && StringUtils.hasText(header.name())) {
            return header.name();
        }
        var query = parameter.getParameterAnnotation(RequestParam.class);
        if (query != null && StringUtils.hasText(query.name())) {
            return query.name();
        }
        var path = parameter.getParameterAnnotation(PathVariable.class);
        if (path != null && StringUtils.hasText(path.name())) {
            return path.name();
        }
        var cookie = parameter.getParameterAnnotation(CookieValue.class);
        if (cookie != null && StringUtils.hasText(cookie.name())) {
            return cookie.name();
        }
        return Objects.requireNonNullElse(parameter.getParameterName(), "parameter");
    }

    private static List<Violation> violationsOf(ConstraintViolationException invalid) {
        var violations = new ArrayList<Violation>();
        invalid.getConstraintViolations().forEach(violation -> {
            var path = violation.getPropertyPath().toString();
            violations.add(new Violation(path.isEmpty() ? "body" : path, violation.getMessage()));
        });
        return violations.isEmpty() ? List.of(new Violation("body", "is not valid")) : violations;
    }

    private static @Nullable Problem unreadable(HttpMessageNotReadableException unreadable) {
        return switch (unreadable.getCause()) {
            case null -> JsonProblems.bodyMissing();
            case JacksonException json -> JsonProblems.problemFor(json);
            case Throwable _ -> Problem.of(HttpStatus.BAD_REQUEST, "body-unreadable", "The body ended early.");
        };
    }

    private static Problem mismatch(MethodArgumentTypeMismatchException mismatch) {
        var name = mismatch.getName();
        var code = mismatch.getParameter().hasParameterAnnotation(RequestHeader.class)
                ? "header-invalid"
                : "parameter-invalid";
        return Problem.ofField(code, name, ruleOf(mismatch));
    }

    private static String ruleOf(TypeMismatchException mismatch) {
        var type = mismatch.getRequiredType();
        var cause = mismatch.getCause();
        while (cause instanceof ConversionFailedException conversion) {
            type = conversion.getTargetType().getType(); // that of the element, where it is a list or optional
            cause = conversion.getCause();
        }
        return type != null
                        && (type.isPrimitive()
                                || type.isEnum()
                                || type.getName().startsWith("java."))
                ? Expected.ruleFor(type)
                : Expected.ruleIn(cause);
    }

    private static Problem clientError(ErrorResponse known) {
        var status = HttpStatus.valueOf(known.getStatusCode().value());
        return Problem.of(status, codeOf(status), status.getReasonPhrase() + ".");
    }

    /// A code for a status of which nothing more is known.
    static String codeOf(HttpStatus status) {
        return status.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
