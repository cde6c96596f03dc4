using BenchmarkDotNet.Running;
using Tunnel.Benchmarks;
using Tunnel.Benchmarks.Compare;
using Tunnel.Benchmarks.Line;
using Tunnel.Benchmarks.Throughput;

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

BenchmarkSwitcher.FromAssembly(typeof(ThroughputProgram).Assembly).Run(args, ShortRun.Config);
return 0;
