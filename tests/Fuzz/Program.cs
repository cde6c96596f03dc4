using Tunnel.Fuzz;
using Tunnel.Fuzz.Instrumentation;

// What is replayed is looked at with a debugger or by its stack trace, for which the product's own assemblies are better.
return args.Any(static argument => argument is "--no-coverage" or "--replay" or "--list" or "--help" or "-h" or "-?")
    ? await FuzzProgram.RunAsync(args)
    : await InstrumentedContext.RunAsync(args);
