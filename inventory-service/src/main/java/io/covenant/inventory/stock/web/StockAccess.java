package io.covenant.inventory.stock.web;

import static io.covenant.security.servlet.AccessRules.everybody;
import static io.covenant.security.servlet.AccessRules.outside;

import io.covenant.security.Scopes;
import io.covenant.security.servlet.AccessRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/// Who may look at the stock, and who may change it. Orders change it as branches of transactions.
@Configuration(proxyBeanMethods = false)
class StockAccess {

    @Bean
    AccessRules stockAccessRules() {
        return rules -> rules.requestMatchers(HttpMethod.GET, "/api/v1/stock/**")
                .access(everybody(Scopes.STOCK_READ))
                .requestMatchers("/api/v1/stock/**")
                .access(outside(Scopes.STOCK_WRITE));
    }
}
