using System.Net;
using Tunnel.Examples.RealClientAddress;

// An ordinary web app behind a bridge with "proxyProtocol": 2. It listens on this machine only, so that nobody but the bridge
// can say who the visitor is:
//   real-client-address 8000
var port = args is [var text] ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseProxyProtocol()));

var app = builder.Build();
app.MapGet("/", (HttpContext context) => $"Hello {Visitor(context)}, who came to {context.Connection.LocalIpAddress}:{context.Connection.LocalPort}.\n");
app.MapGet("/address", Visitor);
app.Run();

static string Visitor(HttpContext context) => $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}";
