using BenchmarkDotNet.Running;
using Tunnel.Benchmarks;
using Tunnel.Benchmarks.Compare;
using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Benchmarks.Line;
using Tunnel.Benchmarks.Throughput;
using Tunnel.Benchmarks.Web;

if (args is ["throughput", .. var rest])
{
    return await ThroughputProgram.RunAsync(checkOnly: rest.Contains("--check"));
}

if (args is ["line", .. var line])
{
    return await LineProgram.RunAsync(line);
}

if (args is ["compare", .. var compare])
{
    return await CompareProgram.RunAsync(compare);
}

if (args is ["web", .. var web])
{
    return await WebProgram.RunAsync(web);
}

if (args is [EchoTarget.Command])
{
    await EchoTarget.RunAsync(new Site(Path.GetTempPath()));
}

BenchmarkSwitcher.FromAssembly(typeof(ThroughputProgram).Assembly).Run(args, ShortRun.Config);
return 0;
