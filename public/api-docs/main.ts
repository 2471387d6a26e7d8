// Shows the OpenAPI document of this server. Everything it needs is built in; nothing comes from elsewhere.
import "swagger-ui-dist/swagger-ui.css";
import SwaggerUi from "swagger-ui-dist/swagger-ui-es-bundle.js";

SwaggerUi({ url: "/api/openapi.json", dom_id: "#documents", deepLinking: true, validatorUrl: null, tryItOutEnabled: true });
