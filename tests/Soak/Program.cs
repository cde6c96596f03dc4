using Tunnel.Soak;

if (SoakOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(SoakOptions.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // The first one ends the faults and still compares; a second one ends at once.
    e.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
return await SoakRun.RunAsync(options, stop.Token) ? 0 : 1;
