package io.covenant.locks.spring;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockRequest;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.Want;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.expression.Expression;
import org.springframework.expression.common.TemplateParserContext;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/// Runs [FencedLock] methods under their locks; before transactions begin.
@Aspect
@Order(Ordered.HIGHEST_PRECEDENCE + 1_000)
final class FencedLockAspect {

    private static final SpelExpressionParser PARSER = new SpelExpressionParser();
    private static final DefaultParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    private final LockClient client;
    private final Map<Method, Expression> expressions = new ConcurrentHashMap<>();

    FencedLockAspect(LockClient client) {
        this.client = client;
    }

    @Around("@annotation(fenced)")
    @Nullable
    Object underLock(ProceedingJoinPoint method, FencedLock fenced) throws Throwable {
        var request = request(method, fenced);
        return client.<@Nullable Object, Exception>guarded(request, lock -> {
            try (var _ = FencingContext.open(lock.token())) {
                return method.proceed();
            } catch (Exception | Error thrown) {
                throw thrown;
            } catch (Throwable neither) {
                throw new UndeclaredThrowableException(neither);
            }
        });
    }

    private LockRequest request(ProceedingJoinPoint method, FencedLock fenced) {
        var name = name(method, fenced);
        if (fenced.mode() != LockMode.EXCLUSIVE && fenced.mode() != LockMode.SHARED) {
            throw new IllegalArgumentException(
                    "@FencedLock of %s: the mode must be EXCLUSIVE or SHARED".formatted(name));
        }
        var request = LockRequest.of(fenced.mode() == LockMode.SHARED ? Want.shared(name) : Want.exclusive(name));
        return fenced.atMost().isEmpty() ? request : request.waiting(DurationStyle.detectAndParse(fenced.atMost()));
    }

    private String name(ProceedingJoinPoint call, FencedLock fenced) {
        var method = ((MethodSignature) call.getSignature()).getMethod();
        var expression = expressions.computeIfAbsent(
                method, _ -> PARSER.parseExpression(fenced.name(), new TemplateParserContext()));
        var context = new MethodBasedEvaluationContext(call.getTarget(), method, call.getArgs(), NAMES);
        var name = expression.getValue(context, String.class);
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException(
                    "@FencedLock(name = \"%s\") of %s names nothing".formatted(fenced.name(), method));
        }
        return name;
    }
}
