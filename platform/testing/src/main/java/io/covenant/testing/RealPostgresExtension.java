package io.covenant.testing;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

final class RealPostgresExtension implements ParameterResolver, AfterEachCallback {

    private static final Namespace DATABASES = Namespace.create(RealPostgresExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == PostgresInstance.class || type == TestDatabase.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PostgresInstance.class
                ? PostgresInstance.shared()
                : database(
                        parameter
                                .findAnnotation(DatabaseOf.class)
                                .map(DatabaseOf::value)
                                .orElse("test"),
                        context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        SharedPostgres.ifChosen()
                .filter(postgres -> !postgres.serves(Duration.ofSeconds(1)))
                .ifPresent(PostgresInstance::start);
    }

    /// The store of the outermost test class closes what it holds when that class is through.
    private static TestDatabase database(String service, ExtensionContext context) {
        ExtensionContext outermost = context;
        for (Optional<ExtensionContext> up = context.getParent();
                up.flatMap(ExtensionContext::getTestClass).isPresent();
                up = outermost.getParent()) {
            outermost = up.get();
        }
        return outermost
                .getStore(DATABASES)
                .computeIfAbsent(service, name -> PostgresInstance.shared().create(name), TestDatabase.class);
    }
}
