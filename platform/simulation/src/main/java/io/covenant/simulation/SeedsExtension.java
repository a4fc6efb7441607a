package io.covenant.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/// Runs the method of a [Seeds] test for every seed, in place of JUnit's one invocation.
final class SeedsExtension implements InvocationInterceptor, ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == long.class;
    }

    /// Never seen by the method.
    @Override
    public Long resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return 0L;
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        invocation.skip();
        var story = method.getExecutable();
        story.setAccessible(true);
        var test = context.getRequiredTestInstance();
        var seeds = story.getAnnotation(Seeds.class);
        Campaign.configured(seeds.value()).run(seed -> play(story, test, seed));
    }

    private static void play(Method story, Object test, long seed) {
        try {
            story.invoke(test, seed);
        } catch (InvocationTargetException thrown) {
            switch (thrown.getCause()) {
                case Error error -> throw error;
                case RuntimeException unchecked -> throw unchecked;
                case null, default -> throw new AssertionError("seed " + seed + " failed", thrown.getCause());
            }
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
