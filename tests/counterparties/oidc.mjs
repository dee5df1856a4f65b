// An authorization server around oidc-provider, for serve.py: everything that contain uses is turned on, and tokens can be
// had without a person. `admin` is our own client; other clients register themselves with the initial token `register`.
const { default: Provider } = await import(process.env.MODULE);

const issuer = `http://127.0.0.1:${process.env.PORT}`;
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'admin', client_secret: 'of-the-test-of-the-test-of-the-test', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: (ctx, client, token) => client.clientId === 'admin' || token.clientId === client.clientId },
    revocation: { enabled: true, allowedPolicy: (ctx, client, token) => client.clientId === 'admin' || token.clientId === client.clientId },
    registration: { enabled: true, initialAccessToken: 'register' },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
  },
  ttl: { ClientCredentials: 3600 },
});
provider.listen(Number(process.env.PORT), '127.0.0.1');
