package io.covenant.system;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives the tests of a class the platform, which is brought up once for all classes and made whole after each test.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WithPlatform.Extension.class)
@interface WithPlatform {

    /// See [WithPlatform].
    final class Extension implements ParameterResolver, AfterEachCallback {

        private static final Namespace NAMESPACE = Namespace.create(Extension.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == PlatformUnderTest.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return platform(context);
        }

        /// A test that failed halfway must not make the others fail.
        @Override
        public void afterEach(ExtensionContext context) {
            platform(context).bringUp();
        }

        private static PlatformUnderTest platform(ExtensionContext context) {
            return context.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(PlatformUnderTest.class, _ -> started(), PlatformUnderTest.class);
        }

        private static PlatformUnderTest started() {
            try {
                return PlatformUnderTest.up();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the platform came up", e);
            }
        }
    }
}
