import { describe, expect, it } from 'vitest';
import { runtimeMessage } from '../src/runtimeMessage.js';

/** Messages as onnxruntime 1.30 gave them. */
const raw = {
  ir: '/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&, const onnxruntime::logging::Logger&) Unsupported model IR version: 99, max supported IR version: 13\n',
  adapter:
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
  shapes:
    'Got invalid dimensions for input: w for the following indices\n index: 0 Got: 2 Expected: 3\n index: 1 Got: 3 Expected: 2\n Please fix either the inputs/outputs or the model.',
  status:
    "Non-zero status code returned while running Tanh node. Name:'th' Status Message: /onnxruntime_src/onnxruntime/core/framework/op_kernel.cc:83 virtual OrtValue* onnxruntime::OpKernelContext::OutputMLValue(int, const onnxruntime::TensorShape&) [ONNXRuntimeError] : 2 : INVALID_ARGUMENT : The output OrtValue has shape {3,2}",
  cuda: '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:146 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=h ; file=/onnxruntime_src/cuda.cc ; line=352 ; expr=cudaSetDevice(info_.device_id); ',
};

describe("onnxruntime's messages lose what is only for its authors", () => {
  it.each([
    [raw.ir, 'Unsupported model IR version: 99, max supported IR version: 13'],
    [raw.adapter, 'Failed to get a WebGPU adapter: No supported adapters'],
    [
      raw.shapes,
      'Got invalid dimensions for input: w for the following indices index: 0 Got: 2 Expected: 3 index: 1 Got: 3 Expected: 2 Please fix either the inputs/outputs or the model.',
    ],
    [
      raw.status,
      "Non-zero status code returned while running Tanh node. Name:'th' Status Message: The output OrtValue has shape {3,2}",
    ],
    [raw.cuda, 'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version'],
    ['\u001b[1;31mred\u001b[m', 'red'],
  ])('%#', (text, wanted) => {
    expect(runtimeMessage(new Error(text))).toBe(wanted);
  });
});
