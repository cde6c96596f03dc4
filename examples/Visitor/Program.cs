using Tunnel.Examples.Visitor;

// Visits what an example serves and checks every answer:
//   visitor home URL       the home web server, through whatever is in between
//   visitor address URL    an app that must see this visitor's own address
//   visitor names URL      a name server, udp://ADDRESS:PORT or tcp://ADDRESS:PORT
//   visitor name-server    is such a name server, until it is ended
// Exit codes: 0 all was right, 1 something was not, 2 bad usage.
const int BadUsage = 2;
if (args is ["name-server"])
{
    await NameServer.RunAsync();
}

if (args is not [var what and ("home" or "address" or "names"), var url] || !Uri.TryCreate(url, UriKind.Absolute, out var address))
{
    await Console.Error.WriteLineAsync("usage: visitor home|address|names URL, or visitor name-server");
    return BadUsage;
}

using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
try
{
    var visit = what switch
    {
        "home" => new HomeVisit(address).RunAsync(limit.Token),
        "names" => new NamesVisit(address).RunAsync(limit.Token),
        _ => new AddressVisit(address).RunAsync(limit.Token),
    };
    await visit;

    return 0;
}
#pragma warning disable CA1031 // Whatever goes wrong is what a visitor reports.
catch (Exception exception)
#pragma warning restore CA1031
{
    await Console.Error.WriteLineAsync($"WRONG {exception.Message}");
    return 1;
}
