using Tunnel.Portal.CommandLine;
using Tunnel.Shared.CommandLine;

return await CommandLineRunner.RunAsync(PortalCommands.Root(), args);
