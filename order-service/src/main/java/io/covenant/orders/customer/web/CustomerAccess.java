package io.covenant.orders.customer.web;

import static io.covenant.security.servlet.AccessRules.outside;

import io.covenant.security.Scopes;
import io.covenant.security.servlet.AccessRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/// Who may know customers, and define them.
@Configuration(proxyBeanMethods = false)
class CustomerAccess {

    @Bean
    AccessRules customerAccessRules() {
        return rules -> rules.requestMatchers(HttpMethod.GET, "/api/v1/customers/**")
                .access(outside(Scopes.CUSTOMERS_READ))
                .requestMatchers("/api/v1/customers/**")
                .access(outside(Scopes.CUSTOMERS_WRITE));
    }
}
