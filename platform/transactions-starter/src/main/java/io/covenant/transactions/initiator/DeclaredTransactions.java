package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/// Runs what [GlobalTransactional] methods declare, or hands it back to the service whose transaction they join.
final class DeclaredTransactions implements MethodInterceptor {

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private final Supplier<Transactions> transactions;
    private final Supplier<Shares> shares;

    DeclaredTransactions(Supplier<Transactions> transactions, Supplier<Shares> shares) {
        this.transactions = transactions;
        this.shares = shares;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        var outer = Declaration.current();
        if (outer.isPresent()) {
            return outer.get().<@Nullable Object>joinedBy(invocation::proceed);
        }
        requireNoDatabaseTransaction(invocation);
        var request = request();
        var wanted = request.map(ServletRequestAttributes::getRequest).flatMap(Shares::wanted);
        var declaration = new Declaration(draft(invocation, wanted));
        var result = declaration.<@Nullable Object>during(invocation::proceed);
        if (wanted.isPresent()) {
            shares.get()
                    .handBack(
                            declaration.draft().branches(),
                            request.map(ServletRequestAttributes::getResponse).orElseThrow());
        } else if (!declaration.draft().branches().isEmpty()) {
            requireCommitted(declaration.draft().run());
        }
        return result;
    }

    private static void requireNoDatabaseTransaction(MethodInvocation invocation) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "%s is @GlobalTransactional and called inside of a database transaction, which would commit or roll back by itself"
                            .formatted(invocation.getMethod()));
        }
    }

    private static Optional<ServletRequestAttributes> request() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes servlet
                ? Optional.of(servlet)
                : Optional.empty();
    }

    private TransactionDraft draft(MethodInvocation invocation, Optional<TransactionId> joined) {
        var declared = declared(invocation);
        var name = declared.name().isEmpty() ? kebab(invocation.getMethod().getName()) : declared.name();
        var draft = transactions
                .get()
                .named(name)
                .protocol(declared.protocol())
                .deadline(Duration.ofMillis(declared.deadlineMillis()));
        return joined.map(draft::id).orElse(draft);
    }

    private static GlobalTransactional declared(MethodInvocation invocation) {
        var target = invocation.getThis();
        var method = target == null
                ? invocation.getMethod()
                : AopUtils.getMostSpecificMethod(invocation.getMethod(), target.getClass());
        var declared = AnnotatedElementUtils.findMergedAnnotation(method, GlobalTransactional.class);
        if (declared == null) {
            throw new IllegalStateException("not declared: " + method);
        }
        return declared;
    }

    static String kebab(String method) {
        return HUMP.matcher(method).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    private static void requireCommitted(Outcome outcome) {
        switch (outcome) {
            case Outcome.Committed _ -> {}
            case Outcome.Aborted aborted -> throw new TransactionAbortedException(aborted);
            case Outcome.InDoubt(var id) -> throw new TransactionInDoubtException(id);
        }
    }
}
