using Tunnel.Examples.Visitor;

// Visits what an example serves and checks every answer:
//   visitor home URL       the home web server, through whatever is in between
//   visitor address URL    an app that must see this visitor's own address
// Exit codes: 0 all was right, 1 something was not, 2 bad usage.
const int BadUsage = 2;
if (args is not [var what and ("home" or "address"), var url] || !Uri.TryCreate(url, UriKind.Absolute, out var address))
{
    await Console.Error.WriteLineAsync("usage: visitor home|address URL");
    return BadUsage;
}

using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
try
{
    if (what == "home")
    {
        await new HomeVisit(address).RunAsync(limit.Token);
    }
    else
    {
        await new AddressVisit(address).RunAsync(limit.Token);
    }

    return 0;
}
#pragma warning disable CA1031 // Whatever goes wrong is what a visitor reports.
catch (Exception exception)
#pragma warning restore CA1031
{
    await Console.Error.WriteLineAsync($"WRONG {exception.Message}");
    return 1;
}
