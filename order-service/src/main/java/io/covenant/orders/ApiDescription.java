package io.covenant.orders;

import io.covenant.security.Caller;
import io.covenant.web.paging.Limit;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Configuration;

/// How the API description shows types that are not what they look like.
@Configuration(proxyBeanMethods = false)
class ApiDescription {

    static {
        SpringDocUtils.getConfig().replaceWithClass(Limit.class, Integer.class).addRequestWrapperToIgnore(Caller.class);
    }
}
