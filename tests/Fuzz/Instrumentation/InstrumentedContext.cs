using System.Reflection;
using System.Runtime.Loader;

namespace Tunnel.Fuzz.Instrumentation;

/// <summary>
/// A second copy of this program in its own process, over instrumented copies of the product's assemblies. Nothing on disk
/// changes.
/// </summary>
internal sealed class InstrumentedContext() : AssemblyLoadContext("instrumented")
{
    private static readonly string[] Instrumented = ["Tunnel.Mux", "Tunnel.Shared", "portal"];
    private static readonly string[] Copied = ["Tunnel.Testing", "Tunnel.Fuzz"];

    private readonly Instrumenter _instrumenter = new();

    /// <summary>Runs the copy's <see cref="FuzzProgram"/>.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var context = new InstrumentedContext();
        var copy = context.LoadFromAssemblyName(typeof(InstrumentedContext).Assembly.GetName());
        copy.GetType(typeof(CoverageMap).FullName!, throwOnError: true)!.GetProperty(nameof(CoverageMap.IsActive))!.SetValue(obj: null, value: true);
        var program = copy.GetType(typeof(FuzzProgram).FullName!, throwOnError: true)!;
        return await (Task<int>)program.GetMethod(nameof(FuzzProgram.RunAsync))!.Invoke(obj: null, [args])!;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
        if (Instrumented.Contains(assemblyName.Name, StringComparer.Ordinal))
        {
            using var bytes = new MemoryStream(_instrumenter.Instrument(path));
            return LoadFromStream(bytes);
        }

        return Copied.Contains(assemblyName.Name, StringComparer.Ordinal) ? LoadFromAssemblyPath(path) : null;
    }
}
