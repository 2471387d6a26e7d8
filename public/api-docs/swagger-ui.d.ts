// The part of swagger-ui that is used; the package has no types of its own.
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    readonly url: string;
    readonly dom_id: string;
    readonly deepLinking: boolean;
    readonly validatorUrl: null;
    readonly tryItOutEnabled: boolean;
  }
  export default function swaggerUi(options: Options): void;
}
