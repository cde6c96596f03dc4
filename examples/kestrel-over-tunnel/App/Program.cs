using Tunnel.Examples.KestrelOverTunnel;

// A web app without a port: visitors of a portal reach it over the sessions that it dials itself.
//   kestrel-over-tunnel - <<< tunnel://KEY@portal.example.com:7000/DOMAIN
if (args is not [var text])
{
    await Console.Error.WriteLineAsync("usage: kestrel-over-tunnel JOIN   (the join string that 'portal up' printed; '-' reads it from standard input)");
    return 2;
}

if (!TunnelEndPoint.TryParse(text == "-" ? Console.In.ReadLine() : text, out var portal, out var error))
{
    await Console.Error.WriteLineAsync($"JOIN: {error}");
    return 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.Services.AddTunnelTransport();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(portal));

var app = builder.Build();
app.MapGet("/", (HttpContext context) => $"Hello {Visitor(context)}, who came to {context.Connection.LocalIpAddress}:{context.Connection.LocalPort}. This app listens on no port.\n");
app.MapGet("/address", Visitor);
app.Run();
return 0;

// The visitor's own address: the portal sends it along with each stream.
static string Visitor(HttpContext context) => $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}";
