using Tunnel.Bridge.CommandLine;
using Tunnel.Shared.CommandLine;

return await CommandLineRunner.RunAsync(BridgeCommands.Root(), args);
