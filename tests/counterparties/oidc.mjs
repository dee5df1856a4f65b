// An authorization server around oidc-provider, for serve.py: everything that contain uses is turned on, and tokens can be
// had without a person: `POST /grant?client=ID` issues a refresh token and an access token of one grant of the person `alice`,
// and revoking the one leaves the other alive, as RFC 7009 allows. `admin` is our own client; other clients register themselves with the initial token
// `register`, or with `register-rotating`, which gives them a new secret with each update.
const { default: Provider } = await import(process.env.MODULE);

const { randomBytes } = await import('node:crypto');
const rotates = (token) => (token.policies ?? []).includes('rotate-secret');
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
    registration: {
      enabled: true,
      initialAccessToken: true,
      // What a client is registered under decides whether it gets a new secret whenever it is put in place of itself, and
      // with it a new registration access token; else it keeps both, which RFC 7592 leaves to the server.
      policies: {
        'keep-secret': () => {},
        'rotate-secret': (ctx, properties) => {
          if (ctx.method === 'PUT') properties.client_secret = randomBytes(32).toString('base64url');
        },
      },
    },
    registrationManagement: {
      enabled: true,
      rotateRegistrationAccessToken: (ctx) => rotates(ctx.oidc.entities.RegistrationAccessToken),
    },
  },
  ttl: { AccessToken: 3600, ClientCredentials: 3600, Grant: 3600, RefreshToken: 3600 },
  // Many servers say that a client which acts for itself is its own subject.
  extraTokenClaims: (ctx, token) => (token.kind === 'ClientCredentials' ? { sub: token.clientId } : undefined),
  revokeGrantPolicy: () => false,
});
for (const [jti, policy] of [['register', 'keep-secret'], ['register-rotating', 'rotate-secret']]) {
  await new provider.InitialAccessToken({ jti, policies: [policy] }).save();
}
provider.AccessToken.revokeByGrantId = async () => {};
provider.use(async (ctx, next) => {
  if (ctx.method !== 'POST' || ctx.path !== '/grant') return next();
  const client = await provider.Client.find(ctx.query.client);
  const grant = new provider.Grant({ accountId: 'alice', clientId: client.clientId });
  const of = { accountId: 'alice', client, grantId: await grant.save(), gty: 'authorization_code', scope: 'openid' };
  ctx.body = {
    refresh_token: await new provider.RefreshToken(of).save(),
    access_token: await new provider.AccessToken(of).save(),
  };
});
provider.listen(Number(process.env.PORT), '127.0.0.1');
