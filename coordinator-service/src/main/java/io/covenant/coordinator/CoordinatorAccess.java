package io.covenant.coordinator;

import static io.covenant.security.servlet.AccessRules.everybody;
import static io.covenant.security.servlet.AccessRules.outside;
import static io.covenant.security.servlet.AccessRules.services;

import io.covenant.security.Scopes;
import io.covenant.security.servlet.AccessRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/// Who may run transactions, see them, and rule over them.
@Configuration(proxyBeanMethods = false)
class CoordinatorAccess {

    @Bean
    AccessRules coordinatorAccessRules() {
        return rules -> rules.requestMatchers(HttpMethod.GET, "/api/v1/transactions/*/outcome")
                // Asking may decide it.
                .access(everybody(Scopes.TRANSACTIONS_RUN))
                .requestMatchers(HttpMethod.GET, "/api/v1/transactions/**")
                .access(everybody(Scopes.TRANSACTIONS_READ))
                .requestMatchers("/api/v1/transactions/**")
                .access(everybody(Scopes.TRANSACTIONS_RUN))
                .requestMatchers("/internal/**")
                .access(services(Scopes.TRANSACTIONS_RUN))
                .requestMatchers(HttpMethod.GET, "/admin/transactions/**")
                .access(outside(Scopes.TRANSACTIONS_READ))
                .requestMatchers("/admin/transactions/**")
                .access(outside(Scopes.TRANSACTIONS_OPERATE));
    }
}
