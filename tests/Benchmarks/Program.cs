using BenchmarkDotNet.Running;
using Tunnel.Benchmarks;
using Tunnel.Benchmarks.Throughput;

if (args is ["throughput", .. var rest])
{
    return await ThroughputProgram.RunAsync(checkOnly: rest.Contains("--check"));
}

BenchmarkSwitcher.FromAssembly(typeof(ThroughputProgram).Assembly).Run(args, ShortRun.Config);
return 0;
