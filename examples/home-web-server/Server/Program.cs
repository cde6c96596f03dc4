using Tunnel.Examples.HomeWebServer;

// An ordinary web server that knows nothing of the tunnel. It listens on a port of this machine only:
//   home-web-server --urls http://127.0.0.1:8000
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = Shelf.MaxBytes);
builder.Services.AddSingleton<Shelf>();

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseWebSockets();
app.MapPut("/shelf", async (HttpRequest request, Shelf shelf) => Results.Text(await shelf.PutAsync(request.Body, request.HttpContext.RequestAborted)));
app.MapGet("/shelf", (Shelf shelf) => Results.Bytes(shelf.Content, "application/octet-stream", "shelf.bin", enableRangeProcessing: true));
app.MapGet("/clock", (CancellationToken gone) => TypedResults.ServerSentEvents(Clock.TickAsync(gone)));
app.MapGet("/echo", (HttpContext context) => WebSocketEcho.RunAsync(context, app.Lifetime.ApplicationStopping));
app.Run();
