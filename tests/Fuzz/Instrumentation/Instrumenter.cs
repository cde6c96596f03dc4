using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Tunnel.Fuzz.Instrumentation;

/// <summary>Rewrites assemblies so that every block of their code says that it ran.</summary>
internal sealed class Instrumenter
{
    private int _blocks;

    /// <summary>The rewritten assembly.</summary>
    public byte[] Instrument(string path)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver, InMemory = true });
        var hit = module.ImportReference(typeof(CoverageMap).GetMethod(nameof(CoverageMap.Hit)));
        foreach (var method in module.GetTypes().SelectMany(static type => type.Methods).Where(static method => method.HasBody))
        {
            Instrument(method.Body, hit);
        }

        using var output = new MemoryStream();
        module.Write(output);
        return output.ToArray();
    }

    private void Instrument(MethodBody body, MethodReference hit)
    {
        body.SimplifyMacros();
        var leaders = Leaders(body);
        var processor = body.GetILProcessor();
        foreach (var leader in leaders)
        {
            if (_blocks == CoverageMap.Blocks)
            {
                throw new InvalidOperationException($"There are more than {CoverageMap.Blocks} blocks; raise {nameof(CoverageMap)}.{nameof(CoverageMap.Blocks)}.");
            }

            // The leader itself becomes the new instruction, so that branches and handlers still lead to the block's beginning.
            var moved = processor.Create(OpCodes.Nop);
            (moved.OpCode, moved.Operand) = (leader.OpCode, leader.Operand);
            (leader.OpCode, leader.Operand) = (OpCodes.Ldc_I4, _blocks++);
            processor.InsertAfter(leader, moved);
            processor.InsertAfter(leader, processor.Create(OpCodes.Call, hit));
        }

        body.OptimizeMacros();
    }

    /// <summary>Where blocks begin: at the method's start, at the targets of branches, behind conditional ones, and at handlers.</summary>
    private static HashSet<Instruction> Leaders(MethodBody body)
    {
        var leaders = new HashSet<Instruction> { body.Instructions[0] };
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand is Instruction target)
            {
                leaders.Add(target);
            }
            else if (instruction.Operand is Instruction[] targets)
            {
                leaders.UnionWith(targets);
            }

            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch && instruction.Next is { } next)
            {
                leaders.Add(next);
            }
        }

        leaders.UnionWith(body.ExceptionHandlers.Select(static handler => handler.HandlerStart));
        return leaders;
    }
}
